/** Whether wasm can be made ready while a program still imports and fetches. Here it is compiled in one go, which would only come sooner. */
export const beginsEarly = false
