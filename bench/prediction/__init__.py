"""How well replies are predicted: `python -m bench.prediction LOG.csv` or `--world NAME`; see `bench/README.md`."""
