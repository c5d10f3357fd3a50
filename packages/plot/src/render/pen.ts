/** What makes text bold, dim or coloured where it is shown. */
export interface Pen {
  /** Whether it colours; without, what is to be told apart has other characters. */
  readonly isColored: boolean
  bold(text: string): string
  dim(text: string): string
  /** @param color such as '#0072b2' */
  hex(color: string): (text: string) => string
  /** On a ground of that colour. */
  bgHex(color: string): (text: string) => string
}
