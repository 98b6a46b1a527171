import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { visible } from '@opencts/client/api';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { listSavedSearches, removeSavedSearch, saveSearch } from '../../api/saved-searches.ts';
import { useConsole } from '../../console-context.ts';
import { Field } from '../../fields.tsx';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { addressOf, DEFAULT_VIEW, type View } from './view-state.ts';

const words = texts.traces.saved;

/** Searches that the user keeps, and those that others share; the present one can be kept. */
export default function SavedSearches({ view, onClose }: { view: View; onClose: () => void }) {
  const { api, notify } = useConsole();
  const act = useAct();
  const navigate = useNavigate();
  const { value: list, error, reload } = useLoad((signal) => listSavedSearches(api, signal), 'saved');
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);

  const save = async () => {
    const { trace, expanded, live } = DEFAULT_VIEW;
    const kept = addressOf({ ...view, trace, expanded, live });
    await saveSearch(api, { name: name.trim(), view: kept.toString(), shared });
    notify('success', words.saved(name.trim()));
  };

  return (
    <Question title={words.title} action={words.save} work={save} onClose={onClose}>
      <SpaceBetween size="m">
        {error && <Problem error={error} onRetry={reload} />}
        {!list && !error && <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>}
        {list && list.length > 0 && (
          <ul className="saved">
            {list.map((one) => (
              <li key={one.id}>
                <Button
                  variant="inline-link"
                  formAction="none"
                  onClick={() => {
                    onClose();
                    navigate(`/?${one.view}`);
                  }}
                >
                  {visible(one.name)}
                </Button>
                <span>{one.own ? (one.shared ? words.shared : '') : words.by(visible(one.user_name))}</span>
                {one.own && (
                  <Button
                    variant="inline-icon"
                    iconName="remove"
                    formAction="none"
                    ariaLabel={words.remove(visible(one.name))}
                    onClick={() =>
                      void act(texts.common.failed, () => removeSavedSearch(api, one.id).then(reload))
                    }
                  />
                )}
              </li>
            ))}
          </ul>
        )}
        <Field of="name" label={words.name} constraintText={words.hint}>
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </Field>
        <Checkbox checked={shared} onChange={({ detail }) => setShared(detail.checked)}>
          {words.share}
        </Checkbox>
      </SpaceBetween>
    </Question>
  );
}
