/** Whether wasm can be made ready while a program still imports and fetches. */
export const beginsEarly = true
