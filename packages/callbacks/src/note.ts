/** Something to be kept with the batch it is of, plain data: whoever keeps a log of the run writes it, and a view shows it. */
export type Note = ScalarNote | TextNote | ImageNote | HistogramNote

/** One number by its name, such as the norm of the gradients. */
export interface ScalarNote {
  readonly type: 'scalar'
  /** What it is of, such as `norm/0.kernel`: a slash groups what is shown together. */
  readonly name: string
  readonly value: number
}

/** A line of text by its name. */
export interface TextNote {
  readonly type: 'text'
  readonly name: string
  readonly text: string
}

/** A picture as the bytes of a PNG file, with its width and height in pixels. */
export interface ImageNote {
  readonly type: 'image'
  readonly name: string
  /** The bytes of a PNG in base64. */
  readonly png: string
  /** In pixels. */
  readonly width: number
  readonly height: number
}

/** How values are spread: `counts[i]` of them lie from `edges[i]` to `edges[i + 1]`, so that there is one edge more. */
export interface HistogramNote {
  readonly type: 'histogram'
  readonly name: string
  /** Ends of the bins, ascending: one more than there are counts. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
}
