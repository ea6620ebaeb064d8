"""What is typed on the pages of the COD floor, by noun."""
