import { useState } from 'react';
import { useWords } from '../../messages';
import { Icon } from '../../ui/icons';
import { Prose } from '../../ui/Prose';
import { type Document, inner, limitsOf, resolve, type Schema, typeWord } from './document';
import css from './document.module.css';

/** The fields of a body; what lies deeper opens on request. */
export function SchemaView({ document, schema }: { document: Document; schema: Schema }) {
  const found = inner(document, schema);
  const name = typeWord(schema);
  if (!found?.properties) {
    return (
      <p>
        <code>{name}</code> <Limits schema={found ?? schema} />
      </p>
    );
  }
  return (
    <>
      <p>
        <code>{name}</code>{' '}
        {found.description ? (
          <span className="soft">
            <Prose text={found.description} />
          </span>
        ) : null}
      </p>
      <Fields document={document} schema={found} />
    </>
  );
}

function Fields({ document, schema }: { document: Document; schema: Schema }) {
  const required = new Set(schema.required);
  return (
    <ul className={css.fields}>
      {Object.entries(schema.properties ?? {}).map(([name, field]) => (
        <Field key={name} document={document} name={name} schema={field} required={required.has(name)} />
      ))}
    </ul>
  );
}

function Field({
  document,
  name,
  schema,
  required,
}: {
  document: Document;
  name: string;
  schema: Schema;
  required: boolean;
}) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const below = inner(document, schema);
  const deeper = below?.properties ? below : null;
  return (
    <li>
      <div className={css.field}>
        {deeper ? (
          <button type="button" className={css.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name={open ? 'down' : 'right'} size={12} />
            <code>{name}</code>
          </button>
        ) : (
          <code>{name}</code>
        )}
        {required ? <span className={css.required}>{t('api.required')}</span> : null}
        <span className="soft">{typeWord(schema)}</span>
        <Limits schema={deeper ? schema : (below ?? resolve(document, schema))} />
      </div>
      {schema.description ? (
        <p className="soft">
          <Prose text={schema.description} />
        </p>
      ) : null}
      {deeper && open ? <Fields document={document} schema={deeper} /> : null}
    </li>
  );
}

function Limits({ schema }: { schema: Schema }) {
  const limits = limitsOf(schema);
  return limits ? <code className={css.limits}>{limits}</code> : null;
}
