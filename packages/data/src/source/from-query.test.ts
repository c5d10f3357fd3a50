import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, onTestFinished, test } from 'vitest'
import { fromQuery } from './from-query.js'

test('SQL over a file and over a database is a table', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'query-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const csv = join(folder, 'people.csv')
  await writeFile(csv, 'name,age,born\nAnn,41,1983-05-06\nBob,,1990-01-02\nCy,17,\n')
  const table = await fromQuery(`select *, age >= $1 as adult from '${csv}' order by name`, { values: [18] })
  expect([...table.rows()]).toEqual([
    { name: 'Ann', age: 41, born: new Date(Date.UTC(1983, 4, 6)), adult: true },
    { name: 'Bob', age: null, born: new Date(Date.UTC(1990, 0, 2)), adult: null },
    { name: 'Cy', age: 17, born: null, adult: false },
  ])
  const database = join(folder, 'people.duckdb')
  const instance = await DuckDBInstance.create(database)
  const connection = await instance.connect()
  await connection.run(`create table people as select * from '${csv}'`)
  connection.closeSync()
  instance.closeSync()
  expect([...(await fromQuery('select avg(age) as mean from people', { database })).rows()]).toEqual([{ mean: 29 }])
  await expect(fromQuery('delete from people', { database })).rejects.toThrow(/read-only/)
})

test('what DuckDB says of a wrong query is said', async () => {
  await expect(fromQuery('select nothing')).rejects.toThrow(/The query 'select nothing' fails: .*nothing/)
  await expect(fromQuery('select [1, 2] as list')).rejects.toThrow('Row 0 of the query: list is')
  await expect(fromQuery(3 as never)).rejects.toThrow('fromQuery takes a query as text, but got 3.')
})
