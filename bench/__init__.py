"""`make bench`: planning measured against its peers in one run, as ratios. Nothing here is part of the product."""
