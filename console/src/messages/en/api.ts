// The viewer of the API's document.
export const api = {
  'api.title': 'API',
  'api.about': 'Everything this console does goes through this API. You can do it, too.',
  'api.download': 'Download as openapi.json',
  'api.find': 'Find operations',
  'api.operations': 'Operations',
  'api.choose': 'Choose an operation.',
  'api.command': 'Command',
  'api.parameters': 'Parameters',
  'api.body': 'Body',
  'api.answers': 'Answers',
  'api.required': 'required',
} as const;
