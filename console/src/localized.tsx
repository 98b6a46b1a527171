import I18nProvider, { type I18nProviderProps } from '@cloudscape-design/components/i18n';
import { type ReactNode, useEffect, useState } from 'react';
import { language } from './settings.ts';

const MESSAGES = {
  en: () => import('@cloudscape-design/components/i18n/messages/all.en'),
  de: () => import('@cloudscape-design/components/i18n/messages/all.de'),
};

/** Gives the components their own texts in the chosen language; the page does not wait for them. */
export function Localized({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<I18nProviderProps.Messages[]>([]);
  useEffect(() => {
    MESSAGES[language()]().then(
      (loaded) => setMessages([loaded.default]),
      () => {},
    );
  }, []);
  return (
    <I18nProvider locale={language()} messages={messages}>
      {children}
    </I18nProvider>
  );
}
