"""What every room shares: the nouns, the settings, the errors and the model files. It imports none of the rooms."""
