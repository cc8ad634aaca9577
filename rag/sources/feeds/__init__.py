"""News in the formats by which publishers hand it to machines."""
