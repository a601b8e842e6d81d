import type { z } from 'zod'
import { createDocument } from 'zod-openapi'
import { serviceScopes } from '../operations/recognise-service.ts'
import type { Endpoint } from './endpoint.ts'
import { ACTOR_TOKEN } from './endpoint.ts'
import { shapes } from './shapes.ts'

const scopes: Record<string, string> = Object.fromEntries(
  serviceScopes.map((scope) => [
    scope,
    scope === 'root' ? 'everything' : scope.replaceAll('_', ' '),
  ]),
)

/** OpenAPI 3.1, from the schemas that validate requests: it cannot say anything else than they do. */
export function describeApi(
  issuer: string,
  endpoints: readonly Endpoint[],
  prefix: string,
): object {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of endpoints) {
    const path = prefix + route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: describeEndpoint(route) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Understudy', version: '1', description: 'Support impersonation' },
    servers: [{ url: issuer }],
    paths,
    components: {
      securitySchemes: {
        service: {
          type: 'oauth2',
          flows: { clientCredentials: { tokenUrl: `${issuer}/token`, scopes } },
        },
        user: { type: 'http', scheme: 'bearer' },
      },
    },
  })
}

function describeEndpoint(route: Endpoint): object {
  return {
    summary: route.summary,
    security: [route.access === 'browser' ? { user: [] } : { service: [route.access] }],
    parameters: describeParameters(route),
    ...(route.query && { requestParams: { query: route.query } }),
    ...(route.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: route.body } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, shape]) => [
          status,
          describeAnswer(shape, route.media),
        ]),
      ),
      default: describeAnswer('failure'),
    },
  }
}

const READS_FOR = { [ACTOR_TOKEN]: 'access token of the administrator for whom the service reads' }

function describeParameters({ path, headers, readsFor }: Endpoint): object[] {
  const schema = { type: 'string' }
  const known: Readonly<Record<string, string>> = { ...(readsFor && READS_FOR), ...headers }
  return [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema,
    })),
    ...Object.entries(known).map(([name, description]) => ({
      name,
      in: 'header',
      description,
      schema,
    })),
  ]
}

function describeAnswer(
  shape: string | z.ZodType | null,
  media = ['application/json'] as readonly string[],
): object {
  if (shape === null) return { description: 'Done' }
  const schema = typeof shape === 'string' ? shapes[shape] : shape
  return {
    description: typeof shape === 'string' ? shape : 'Done',
    content: Object.fromEntries(media.map((type) => [type, { schema }])),
  }
}
