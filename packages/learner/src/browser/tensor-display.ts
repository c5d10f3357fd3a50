// Consoles of pages ask for no words, and what a page loads before it starts is counted by the byte.
export {}
