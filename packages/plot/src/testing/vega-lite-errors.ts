import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'

let validate: ValidateFunction | undefined

/** What Vega-Lite's own JSON schema has against a specification: nothing, for one that every Vega-Lite tool reads. */
export function vegaLiteErrors(spec: unknown): string[] {
  validate ??= new Ajv({ strict: false, validateFormats: false, inlineRefs: false, code: { optimize: false } }).compile(
    JSON.parse(readFileSync(createRequire(import.meta.url).resolve('vega-lite/vega-lite-schema.json'), 'utf8')),
  )
  validate(JSON.parse(JSON.stringify(spec)))
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
