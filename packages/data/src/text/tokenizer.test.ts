import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Tokenizer } from './tokenizer.js'
import { Vocab } from './vocab.js'

const words = new Tokenizer()

describe('Tokenizer', () => {
  it('divides a text into small words and signs, behind marks of how they were written', () => {
    expect(words.tokens("It is SO good, isn't it?").join(' ')).toBe("xxbos xxmaj it is xxup so good , isn 't it ?")
    expect(words.tokens('3.50 <br />A&amp;B abc123').join(' ')).toBe('xxbos 3.50 \n a & b abc123')
    expect(words.tokens('iPhone I').join(' ')).toBe('xxbos iphone i')
  })

  it('counts runs of a character and of a word', () => {
    expect(words.tokens('sooo good!!!!').join(' ')).toBe('xxbos s xxrep 3 o good xxrep 4 !')
    expect(words.tokens('no no no, go go').join(' ')).toBe('xxbos xxwrep 3 no , go go')
  })

  it('divides scripts without spaces by their words, however long a text is', () => {
    expect(words.tokens('abc今日は元気').slice(0, 3)).toEqual(['xxbos', 'abc', '今日'])
    expect(words.tokens('今日は元気ですか'.repeat(2000)).length).toBeGreaterThan(4000)
  })

  it('says which field a token is of, where there are several', () => {
    expect(words.tokens(['a', 'b c']).join(' ')).toBe('xxbos xxfld 1 a xxfld 2 b c')
  })

  it('puts tokens together again as they were written', () => {
    for (const text of ["It's SO good, isn't it? (Yes!)", 'Wait... no no no!', 'One line\nTwo lines'])
      expect(words.join(words.tokens(text))).toBe(text)
    expect(words.join(['xxbos', 'xxrep', 'x', 'xxmaj'])).toBe('x')
  })

  it('keeps a text as it is by characters', () => {
    const characters = new Tokenizer({ level: 'char' })
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), text => characters.join(characters.tokens(text)) === text))
    expect(characters.marks).toEqual(['xxunk', 'xxpad', 'xxbos'])
  })

  it('takes a function of a library', () => {
    const halves = new Tokenizer({ level: text => text.match(/.{1,2}/g) ?? [] })
    expect(halves.tokens('abc')).toEqual(['xxbos', 'ab', 'c'])
    expect(halves.state()).toBeUndefined()
    expect(() => new Tokenizer({ level: () => 3 as never }).tokens('a')).toThrow('returned 3; expected a list of texts.')
  })

  it('gives tokens of any text, whose marks say all of it: never one that is empty', () => {
    fc.assert(fc.property(fc.string(), text => words.tokens(text).every(token => token !== '' && !/[^\n\S]/.test(token))))
  })

  it('refuses what it is not made of', () => {
    expect(() => new Tokenizer({ level: 'word', rule: true } as never)).toThrow('Did you mean rules')
    expect(() => new Tokenizer({ level: 'char', rules: true })).toThrow("rules are for words, but level is 'char'.")
    expect(() => words.tokens(3 as never)).toThrow('A Tokenizer takes a text, or a list of fields, but got 3.')
  })
})

describe('Vocab', () => {
  const texts = [
    ['xxbos', 'the', 'cat', 'sat'],
    ['xxbos', 'the', 'cat'],
    ['the', 'dog', 'xxpad'],
  ]

  it('has the most frequent tokens behind the marks, in an order that their order in the texts does not decide', () => {
    const vocab = Vocab.create(texts, { min_freq: 1, max_vocab: 6 })
    expect(vocab.itos).toEqual(['xxunk', 'xxpad', 'xxbos', 'the', 'cat', 'dog'])
    expect(Vocab.create([...texts].reverse(), { min_freq: 1, max_vocab: 6 }).itos).toEqual(vocab.itos)
    expect(Vocab.create(texts).itos).toEqual(['xxunk', 'xxpad', 'xxbos', 'the'])
    expect([...vocab.numericalize(['dog', 'sat', 'the'])]).toEqual([5, 0, 3])
    expect(vocab.tokens([5, 0])).toEqual(['dog', 'xxunk'])
    expect(new Vocab(JSON.parse(JSON.stringify(vocab.state()))).itos).toEqual(vocab.itos)
  })

  it('refuses what is none', () => {
    expect(() => new Vocab(['a'])).toThrow("The first token of a Vocab is 'a'; expected 'xxunk'")
    expect(() => new Vocab(['xxunk', 'a', 'a'])).toThrow("'a' is in the Vocab twice")
    expect(() => Vocab.create(texts, { max_vocab: 3 })).toThrow('max_vocab')
    expect(() => Vocab.create(texts).tokens([9])).toThrow('There is no token 9 in a Vocab of 4.')
  })
})
