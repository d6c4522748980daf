import type { Json, JsonObject } from '../api/types'

export type FieldKind = 'string' | 'integer' | 'number' | 'boolean' | 'enum' | 'json'

/** One input of the form that a parameter schema makes. */
export interface Field {
  name: string
  title: string
  description: string
  kind: FieldKind
  required: boolean
  nullable: boolean
  /** True for text that is not to be read over a shoulder. */
  secret: boolean
  options: Json[]
  /** The value that the run gets when the field is left alone; undefined: none is known. */
  fallback: Json | undefined
}

/** The form's fields, in the order of the flow's parameters. A deployment's own values take the place of the flow's defaults. */
export function fieldsOf(schema: JsonObject | null, given: JsonObject): Field[] {
  const properties = objectOf(schema?.properties)
  const required = new Set(Array.isArray(schema?.required) ? schema.required : [])
  return Object.entries(properties)
    .map(([name, property], index) => ({ name, index, property: objectOf(property) }))
    .sort((a, b) => positionOf(a) - positionOf(b))
    .map(({ name, property }) => fieldOf(name, property, schema ?? {}, required.has(name), given))
}

const positionOf = ({ property, index }: { property: JsonObject; index: number }) =>
  typeof property.position === 'number' ? property.position : index

function fieldOf(name: string, property: JsonObject, schema: JsonObject, required: boolean, given: JsonObject): Field {
  const { type, nullable } = unwrap(property, schema)
  const options = Array.isArray(type.enum) ? type.enum : []
  return {
    name,
    title: typeof property.title === 'string' ? property.title : name,
    description: typeof property.description === 'string' ? property.description : '',
    kind: kindOf(type, options),
    required,
    nullable,
    secret: type.writeOnly === true || type.format === 'password',
    options,
    fallback: name in given ? given[name] : property.default,
  }
}

/** Follows references, and takes the one real alternative of "this or null". */
function unwrap(property: JsonObject, schema: JsonObject): { type: JsonObject; nullable: boolean } {
  let type = property
  let nullable = false
  // as deep as a schema may sensibly nest; a reference that names itself must not hang the page
  for (let depth = 0; depth < 8; depth++) {
    const alternatives = type.anyOf ?? type.oneOf
    const all = type.allOf
    if (typeof type.$ref === 'string') type = resolve(type.$ref, schema)
    else if (Array.isArray(alternatives)) {
      const real = alternatives.map(objectOf).filter(alternative => alternative.type !== 'null')
      nullable ||= real.length < alternatives.length
      if (real.length !== 1) return { type: {}, nullable }
      type = real[0]!
    } else if (Array.isArray(all) && all.length === 1) type = objectOf(all[0])
    else if (Array.isArray(type.type) && type.type.length === 2 && type.type.includes('null')) {
      nullable = true
      type = { ...type, type: type.type.find(kind => kind !== 'null') ?? null }
    } else return { type, nullable }
  }
  return { type: {}, nullable }
}

function resolve(reference: string, schema: JsonObject): JsonObject {
  let at: Json = schema
  for (const step of reference.replace(/^#\/?/, '').split('/')) at = objectOf(at)[step.replaceAll('~1', '/').replaceAll('~0', '~')] ?? {}
  return objectOf(at)
}

function kindOf(type: JsonObject, options: Json[]): FieldKind {
  if (options.length > 0) return 'enum'
  switch (type.type) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return type.type
    default:
      return 'json'
  }
}

const objectOf = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}
