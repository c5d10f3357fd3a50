import { expect, test } from 'vitest'
import { parseConfig } from './config-file.js'

test('a job is read from YAML and from JSON', () => {
  const job = { data: 'churn.csv', y: ['left', 'kind'], layers: [64, 32], lr: 'auto', valid_pct: 0.1 }
  expect(parseConfig('data: churn.csv\ny: [left, kind]\nlayers: [64, 32]\nlr: auto\nvalid_pct: 0.1\n', 'a.yaml')).toEqual(job)
  expect(parseConfig(JSON.stringify(job), 'a.json')).toEqual(job)
  expect(parseConfig('# nothing yet\n', 'a.yaml')).toEqual({})
})

test.each([
  ['data: a.csv\nepoch: 3\n', 'a.yaml:2:1: there is no key epoch. Did you mean epochs?'],
  ['data: a.csv\n\nepochs: 0\n', 'a.yaml:3:9: epochs is 0; expected a whole number of at least 1.'],
  ['lr: slow\n', 'a.yaml:1:5: lr is "slow"; expected auto, or a number above 0.'],
  ['policy: linear', 'a.yaml:1:9: policy is "linear"; expected one of one_cycle, flat_cos, cosine, clr, constant.'],
  ['layers: [8, 0]', 'a.yaml:1:9: layers is [8,0]; expected a list of whole numbers of at least 1.'],
  ['valid_pct: 1', 'a.yaml:1:12: valid_pct is 1; expected a number above 0 and below 1.'],
  ['{"data": 3}', 'a.yaml:1:10: data is 3; expected a text.'],
  ['data: [', 'a.yaml:1:8: Flow sequence'],
  ['- data', 'a.yaml holds ["data"]; expected keys with their values, such as data: churn.csv.'],
])('%j is refused with its line', (text, message) => {
  expect(() => parseConfig(text, 'a.yaml')).toThrow(message)
})
