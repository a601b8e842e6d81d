/** As much of JSON Schema 2020-12 as /openapi.json uses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
}

export type Schemas = Readonly<Record<string, JsonSchema>>

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (Number.isInteger(value)) return 'integer'
  return typeof value
}

const matches = (type: string, value: unknown): boolean =>
  typeOf(value) === type || (type === 'number' && typeof value === 'number')

/** What a value breaks of a schema, each with its place; empty when it is valid. */
export function violations(
  schemas: Schemas,
  schema: JsonSchema,
  value: unknown,
  at = '$',
): string[] {
  const check = (part: JsonSchema, inner: unknown, where: string): string[] =>
    violations(schemas, part, inner, where)
  if (schema.$ref !== undefined) {
    const named = schemas[schema.$ref.replace('#/components/schemas/', '')]
    return named === undefined ? [`${at}: ${schema.$ref} is missing`] : check(named, value, at)
  }
  const found = (schema.allOf ?? []).flatMap((part) => check(part, value, at))
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined && choices.every((part) => check(part, value, at).length > 0)) {
    found.push(`${at}: none of the choices`)
  }
  const types = [schema.type ?? []].flat()
  if (types.length > 0 && !types.some((type) => matches(type, value))) {
    found.push(`${at}: ${typeOf(value)} instead of ${types.join(' or ')}`)
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    found.push(`${at}: ${String(value)} is not one of ${schema.enum.join(', ')}`)
  }
  if ('const' in schema && schema.const !== value) found.push(`${at}: not ${String(schema.const)}`)
  if (typeof value === 'string' && schema.pattern !== undefined) {
    if (!new RegExp(schema.pattern, 'u').test(value)) found.push(`${at}: not ${schema.pattern}`)
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema
    found.push(...value.flatMap((item, index) => check(items, item, `${at}[${index}]`)))
  }
  if (typeOf(value) === 'object') found.push(...members(schemas, schema, value as object, at))
  return found
}

function members(schemas: Schemas, schema: JsonSchema, value: object, at: string): string[] {
  const { properties = {}, required = [], additionalProperties: rest = true } = schema
  const missing = required.filter((name) => !Object.hasOwn(value, name))
  const wrong = Object.entries(value).flatMap(([name, inner]) => {
    const where = `${at}.${name}`
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (known !== undefined) return violations(schemas, known, inner, where)
    if (typeof rest === 'object') return violations(schemas, rest, inner, where)
    return rest ? [] : [`${where}: not declared`]
  })
  return [...missing.map((name) => `${at}.${name}: missing`), ...wrong]
}
