// After an act the address ends in its panel's name, and a browser then leaves "autofocus" alone.
document.querySelector("details[open] [autofocus]")?.focus();
