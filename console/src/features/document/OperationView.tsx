import { plain } from '../../lib/prose';
import { useWords } from '../../messages';
import { Copyable } from '../../ui/Copyable';
import { Section } from '../../ui/Page';
import { Prose } from '../../ui/Prose';
import { type Document, limitsOf, type Operation, type Parameter, typeWord } from './document';
import css from './document.module.css';
import { SchemaView } from './SchemaView';

/** One operation: what it does, what it takes, what it answers. */
export function OperationView({ document, operation }: { document: Document; operation: Operation }) {
  const { t } = useWords();
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const send = operation.method === 'get' ? '' : ` -X ${operation.method.toUpperCase()}`;
  const json = body ? " -H 'Content-Type: application/json' -d @body.json" : '';
  const line = `curl${send} -H "X-Auth-Token: $OS_TOKEN"${json} ${location.origin}${operation.path}`;
  return (
    <>
      <Section title={plain(operation.summary ?? operation.id)}>
        <p className={css.line}>
          <span className={css.method}>{operation.method.toUpperCase()}</span> <code>{operation.path}</code>
        </p>
        {operation.description ? (
          <p>
            <Prose text={operation.description} />
          </p>
        ) : null}
        <p className={css.line}>
          <Copyable text={line} name={t('api.command')} />
        </p>
      </Section>
      {operation.parameters?.length ? (
        <Section title={t('api.parameters')}>
          <Parameters parameters={operation.parameters} />
        </Section>
      ) : null}
      {body ? (
        <Section title={t('api.body')}>
          <SchemaView document={document} schema={body} />
        </Section>
      ) : null}
      <Section title={t('api.answers')}>
        <div className="stack">
          {Object.entries(operation.responses ?? {}).map(([status, answer]) => {
            const schema = Object.values(answer.content ?? {})[0]?.schema;
            return (
              <div key={status}>
                <h3 className={css.status}>
                  {status} <span className="soft">{plain(answer.description ?? '')}</span>
                </h3>
                {schema ? <SchemaView document={document} schema={schema} /> : null}
              </div>
            );
          })}
        </div>
      </Section>
    </>
  );
}

function Parameters({ parameters }: { parameters: Parameter[] }) {
  const { t } = useWords();
  return (
    <ul className={css.fields}>
      {parameters.map((each) => (
        <li key={`${each.in} ${each.name}`}>
          <div className={css.field}>
            <code>{each.name}</code>
            {each.required ? <span className={css.required}>{t('api.required')}</span> : null}
            <span className="soft">
              {each.in}, {each.schema ? typeWord(each.schema) : 'string'}
            </span>
            {each.schema && limitsOf(each.schema) ? (
              <code className={css.limits}>{limitsOf(each.schema)}</code>
            ) : null}
          </div>
          {each.description ? (
            <p className="soft">
              <Prose text={each.description} />
            </p>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
