"""Stand-in for the Social Media Manager that Belfry replaces the scheduler of; tests run it."""
