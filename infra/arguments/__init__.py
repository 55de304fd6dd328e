"""From a phase's config and what stands already to each component's arguments: pure mapping, one function a component."""
