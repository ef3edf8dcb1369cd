"""Known truth to measure the engine against: simulated footage and the demo sample."""
