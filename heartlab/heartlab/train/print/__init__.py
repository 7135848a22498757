"""The print network: lead names, paper speed and gain read from pictures of words, taught on simulated print."""
