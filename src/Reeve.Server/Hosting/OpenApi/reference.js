// Shows the OpenAPI document of this server. All text goes in as text, never as markup.
'use strict';

const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter(child => child !== undefined && child !== null && child !== ''));
  return element;
};

const nameOf = reference => reference.split('/').pop();

function typeOf(schema) {
  if (!schema) return 'nothing';
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`;
  if (schema.type === 'object' && schema.additionalProperties) return `map of ${typeOf(schema.additionalProperties)}`;
  return schema.format ?? schema.type ?? 'any';
}

function references(schema) {
  if (!schema) return [];
  if (schema.$ref) return [nameOf(schema.$ref)];
  return [...(schema.anyOf ?? []), schema.items, schema.additionalProperties].filter(inner => inner && typeof inner === 'object').flatMap(references);
}

// an object is opened where it stands; what it holds is drawn only then, since types may hold themselves
function fieldsOf(api, schema) {
  return [...new Set(references(schema))].filter(name => api.components.schemas[name]).map(name => {
    const type = api.components.schemas[name];
    const box = make('details', '', make('summary', '', make('code', '', name), make('span', 'quiet', type.description)));
    box.addEventListener('toggle', () => {
      if (!box.open || box.children.length > 1) return;
      const rows = Object.entries(type.properties ?? {}).map(([field, inner]) => make('tr', '',
        make('td', '', make('code', '', field), type.required?.includes(field) ? ' *' : ''),
        make('td', 'quiet', typeOf(inner)),
        make('td', '', inner.description, ...fieldsOf(api, inner))));
      box.append(make('div', '', make('table', '', ...rows)));
    });
    return box;
  });
}

function resolve(api, answer) {
  return answer.$ref ? api.components.responses[nameOf(answer.$ref)] : answer;
}

function bodyOf(api, operation, title, content) {
  return Object.entries(content ?? {}).flatMap(([media, { schema }]) => [
    make('h3', '', title), make('div', 'quiet', `${media}: ${typeOf(schema)}`), ...fieldsOf(api, schema)]);
}

function detailsOf(api, operation) {
  const parts = [];
  if (operation.parameters) {
    parts.push(make('h3', '', 'Parameters'), make('table', '', ...operation.parameters.map(parameter => make('tr', '',
      make('td', '', make('code', '', parameter.name), parameter.required ? ' *' : ''), make('td', 'quiet', parameter.in),
      make('td', 'quiet', typeOf(parameter.schema), parameter.schema.default === undefined ? '' : `, default ${JSON.stringify(parameter.schema.default)}`)))));
  }
  if (operation.requestBody) parts.push(...bodyOf(api, operation, 'Body', operation.requestBody.content));
  for (const [status, given] of Object.entries(operation.responses)) {
    const answer = resolve(api, given);
    parts.push(...(answer.content ? bodyOf(api, operation, `${status} ${answer.description}`, answer.content) : [make('h3', '', `${status} ${answer.description}`)]));
  }
  return make('div', '', ...parts);
}

function show(api) {
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const summary = make('summary', '', make('span', `method ${method}`, method.toUpperCase()), make('span', 'path', path), make('span', 'quiet', operation.summary));
      const box = make('details', '', summary);
      box.addEventListener('toggle', () => { if (box.open && box.children.length === 1) box.append(detailsOf(api, operation)); });
      const words = JSON.stringify([path, method, operation.summary, operation.parameters, operation.requestBody]).toLowerCase();
      const tag = operation.tags[0];
      groups.set(tag, [...(groups.get(tag) ?? []), { box, words }]);
    }
  }
  const tags = document.getElementById('tags');
  const operations = document.getElementById('operations');
  operations.replaceChildren();
  const sections = [...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([tag, entries]) => {
    const link = make('a', '', tag.replaceAll('_', ' '));
    link.href = `#${tag}`;
    tags.append(link);
    const title = make('h2', '', tag.replaceAll('_', ' '));
    title.id = tag;
    const section = make('section', '', title, ...entries.map(entry => entry.box));
    operations.append(section);
    return { section, link, entries };
  });
  document.getElementById('search').addEventListener('input', event => {
    const wanted = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { section, link, entries } of sections) {
      for (const { box, words } of entries) box.hidden = !wanted.every(word => words.includes(word));
      section.hidden = link.hidden = entries.every(entry => entry.box.hidden);
    }
  });
}

fetch(document.body.dataset.document)
  .then(answer => answer.ok ? answer.json() : Promise.reject(new Error(`the server answers ${answer.status}`)))
  .then(show)
  .catch(fault => document.getElementById('operations').replaceChildren(make('p', '', `The document cannot be shown: ${fault.message}`)));
