/** Hundredths of the font's size that the characters from the space to ~ of DejaVu Sans take. */
const widths =
  '3240468464957827393950843236323464646464646464646464343484848453996869707763587775292966568675796079696361736899696169393439845050616355636235636328285828976361636341523963598259595264346484'
const bold = 1.11

/** Width in pixels of a text in the font that comes with us; other fonts are hardly wider. */
export function textWidth(text: string, size: number, isBold = false): number {
  let sum = 0
  for (let i = 0; i < text.length; i++) {
    const at = 2 * (text.charCodeAt(i) - 32)
    sum += at >= 0 && at < widths.length ? Number(widths.slice(at, at + 2)) : 100
  }
  return (sum / 100) * size * (isBold ? bold : 1)
}
