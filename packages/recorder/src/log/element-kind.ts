export const elementKind = {
  expected: "an element of a page, such as document.querySelector('#progress')",
  fits: (value: unknown) => typeof (value as Element | null)?.replaceChildren === 'function',
}
