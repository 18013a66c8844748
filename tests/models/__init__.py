"""Random sequences of what people do, against models simple enough to be believed."""
