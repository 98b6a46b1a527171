export const number = (value: number) => value.toLocaleString('de');
