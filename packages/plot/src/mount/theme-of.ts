/** Whether text of that element is light, as on a dark page. */
export function isDark(element: Element): boolean {
  const color = element.ownerDocument.defaultView!.getComputedStyle(element).color
  const [red = 0, green = 0, blue = 0] = color.match(/[\d.]+/g)?.map(Number) ?? []
  // Of the newer notations, color(srgb 1 1 1) counts to 1.
  const scale = color.startsWith('color(') ? 255 : 1
  return scale * (0.299 * red + 0.587 * green + 0.114 * blue) > 140
}

/** Calls `changed` when the page may have become dark or light, until the function that is returned is called. */
export function onTheme(element: Element, changed: () => void): () => void {
  const page = element.ownerDocument
  const preference = page.defaultView!.matchMedia('(prefers-color-scheme: dark)')
  const observer = new MutationObserver(changed)
  for (const each of [page.documentElement, page.body])
    if (each) observer.observe(each, { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] })
  preference.addEventListener('change', changed)
  return () => {
    observer.disconnect()
    preference.removeEventListener('change', changed)
  }
}
