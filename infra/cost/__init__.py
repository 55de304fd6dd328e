"""What a plan costs a month: its resources by one rule a type, priced from the book, by the roadmap's components."""
