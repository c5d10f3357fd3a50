import { expect, test } from 'vitest'
import { cellsOf } from './cells.js'
import { programOf } from './program.js'

const made = (text: string) => programOf(text, cellsOf(text), each => each)

test('tells where each cell begins, and the value that it ends in, on the lines where they were', async () => {
  const text =
    "// %%\nimport a from 'a'\nconst b = a\n\n// %%\nawait b.fit()\n// a comment\n\n// %% [markdown]\n// # Words\n\n// %%\nif (b) b()"
  expect((await made(text)).split('\n')).toEqual([
    ';__onecycleNotebook.begin(0);',
    "import a from 'a'",
    'const b = a',
    '',
    ';__onecycleNotebook.begin(1);',
    'await __onecycleNotebook.result(1, (await b.fit()))',
    '// a comment',
    '',
    '// %% [markdown]',
    '// # Words',
    '',
    ';__onecycleNotebook.begin(3);',
    'if (b) b()',
  ])
})

test('what stands before the first marker is a cell, too', async () => {
  expect(await made('f(1)\n// %%\ng`2`;')).toBe(
    ';__onecycleNotebook.begin(0); await __onecycleNotebook.result(0, (f(1)))\n;__onecycleNotebook.begin(1);\nawait __onecycleNotebook.result(1, (g`2`));',
  )
})

test('a marker within a statement is refused with its line', async () => {
  await expect(made('// %%\nf(() => {\n// %%\n  g()\n})')).rejects.toThrow(
    'the marker of a cell in line 3 stands within a statement. Cells hold whole statements.',
  )
})
