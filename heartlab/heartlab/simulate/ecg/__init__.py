"""Twelve-lead ECGs of a moving dipole."""

from heartlab.simulate.ecg.simulator import CONDITIONS, SimulatedEcg, simulate_ecg

__all__ = ["CONDITIONS", "SimulatedEcg", "simulate_ecg"]
