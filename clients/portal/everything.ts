/**
 * The MCP server that the scenarios of `@modelcontextprotocol/conformance` expect: its tools, prompts and
 * resources have the names and results of the suite.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import {
  completable,
  createMcpHandler,
  fromJsonSchema,
  McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import * as z from 'zod'

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='

const text = (content: string) => ({ type: 'text' as const, text: content })
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' }
const resource = (uri: string, mimeType: string, content: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: content },
})

/** Starts the server. */
export async function startEverything(): Promise<{ url: string; close(): void }> {
  const handler = createMcpHandler(everything)
  const server = createServer(getRequestListener((request) => handler.fetch(request)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/mcp`, close: () => server.close() }
}

function everything(): McpServer {
  const server = new McpServer({ name: 'everything', version: '1.0.0' })
  addTools(server)
  addToolsThatReport(server)
  addPrompts(server)
  addResources(server)
  return server
}

function addTools(server: McpServer): void {
  const tool = (name: string, content: unknown[], isError = false) =>
    server.registerTool(name, { description: `Tests ${name}.` }, () => ({
      content: content as never,
      ...(isError && { isError }),
    }))
  tool('test_simple_text', [text('This is a simple text response for testing.')])
  tool('test_image_content', [image])
  tool('test_audio_content', [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }])
  const embedded = resource(
    'test://embedded-resource',
    'text/plain',
    'This is an embedded resource content.',
  )
  tool('test_embedded_resource', [embedded])
  tool('test_multiple_content_types', [
    text('Multiple content types test:'),
    image,
    resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ])
  tool('test_error_handling', [text('This tool intentionally returns an error for testing')], true)
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  }
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'Has a schema of JSON Schema 2020-12.',
      inputSchema: fromJsonSchema(schema as never),
    },
    () => ({ content: [text('ok')] }),
  )
}

function addToolsThatReport(server: McpServer): void {
  server.server.registerCapabilities({ logging: {} })
  const done = { content: [text('done')] }
  server.registerTool('test_tool_with_logging', { description: 'Logs.' }, async ({ mcpReq }) => {
    for (const step of ['execution started', 'processing data', 'execution completed']) {
      await mcpReq.log('info', `Tool ${step}`)
    }
    return done
  })
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Has progress.' },
    async ({ mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      if (progressToken === undefined) return done
      for (const progress of [0, 50, 100]) {
        const params = { progressToken, progress, total: 100 }
        await mcpReq.notify({ method: 'notifications/progress', params })
      }
      return done
    },
  )
}

function addPrompts(server: McpServer): void {
  const message = (content: ReturnType<typeof text | typeof resource> | typeof image) => ({
    role: 'user' as const,
    content,
  })
  server.registerPrompt('test_simple_prompt', { description: 'Is simple.' }, () => ({
    messages: [message(text('This is a simple prompt for testing.'))],
  }))
  const argument = () => completable(z.string(), (value) => [`${value}-completed`])
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'Has arguments.', argsSchema: z.object({ arg1: argument(), arg2: argument() }) },
    ({ arg1, arg2 }) => ({
      messages: [message(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
    }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'Has a resource.', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        message(resource(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
        message(text('Please process the embedded resource above.')),
      ],
    }),
  )
  server.registerPrompt('test_prompt_with_image', { description: 'Has an image.' }, () => ({
    messages: [message(image), message(text('Please analyze the image above.'))],
  }))
}

function addResources(server: McpServer): void {
  const add = (name: string, uri: string, contents: object) =>
    server.registerResource(name, uri, {}, () => ({ contents: [{ uri, ...contents }] as never }))
  add('static-text', 'test://static-text', {
    mimeType: 'text/plain',
    text: 'This is the content of the static text resource.',
  })
  add('static-binary', 'test://static-binary', { mimeType: 'image/png', blob: PNG })
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json' },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  )
}
