export const api = {
  'api.title': 'API',
  'api.about': 'Alles, was diese Konsole tut, geht über diese API. Sie können es auch.',
  'api.download': 'Als openapi.json herunterladen',
  'api.find': 'Operationen finden',
  'api.operations': 'Operationen',
  'api.choose': 'Wählen Sie eine Operation.',
  'api.command': 'Befehl',
  'api.parameters': 'Parameter',
  'api.body': 'Inhalt',
  'api.answers': 'Antworten',
  'api.required': 'nötig',
} as const;
