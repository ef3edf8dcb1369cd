"""Many interactions become insight: rates with intervals, comparisons, associations, reels."""
