"""From a network, a row and a weight to the factors of the chain rule."""
