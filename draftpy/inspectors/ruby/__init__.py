"""Ruby: Bundler, Rails, Rack and scripts."""
