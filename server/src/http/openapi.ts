import { createDocument } from 'zod-openapi'
import type { Endpoint } from './endpoint.ts'
import { shapes } from './shapes.ts'

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
          flows: { clientCredentials: { tokenUrl: `${issuer}/token`, scopes: {} } },
        },
        user: { type: 'http', scheme: 'bearer' },
      },
    },
  })
}

function describeEndpoint(route: Endpoint): object {
  const parameters = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  return {
    summary: route.summary,
    security: [route.access === 'browser' ? { user: [] } : { service: [route.access] }],
    parameters,
    ...(route.query && { requestParams: { query: route.query } }),
    ...(route.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: route.body } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, shape]) => [status, describeAnswer(shape)]),
      ),
      default: describeAnswer('failure'),
    },
  }
}

const describeAnswer = (shape: string | null): object =>
  shape === null
    ? { description: 'Done' }
    : { description: shape, content: { 'application/json': { schema: shapes[shape] } } }
