/** What docs/errors tells of a code. */
export interface Entry {
  readonly code: string
  /** Its page, from docs on, and that page's title. */
  readonly page: string
  readonly title: string
  /** Markdown: what happened, why, and an example that mends it. */
  readonly text: string
  /** What errors with this code say, with … for what differs. */
  readonly messages: readonly string[]
}
