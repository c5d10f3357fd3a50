import { copyRun } from './strided-copy'

/**
 * One column of codes looked up in its table: out[i] = table[codes[i]] for rows of `width` numbers. Codes lie `codeStep` bytes apart, rows
 * of the result `outBytes`, so that the columns of a table lie side by side. Its gradient is `segmentSum`.
 */
export function embed(table: usize, codes: usize, codeStep: usize, rows: i32, width: i32, out: usize, outBytes: usize): void {
  for (let i = 0; i < rows; i++, codes += codeStep, out += outBytes) {
    copyRun(table + <usize>load<i32>(codes) * (4 * <usize>width), 4, out, 4, width)
  }
}
