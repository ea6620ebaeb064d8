"""What the company's directory says and how it is asked (OpenID Connect). No database here."""
