"""articulation."""
