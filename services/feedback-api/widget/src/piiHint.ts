// Whether a text looks as if it names a person: light signs for a hint; the server looks closely.

const CARD = /(?:\d[ -]?){13,19}/g;
const SIGNS = [
  /[^\s@]+@[^\s@]+\.[a-z]{2,}/i,
  /\b\d{3}[ -]\d{2}[ -]\d{4}\b/,
  /(?:\+|\b00)[1-9](?:[ ().-]?\d){7,14}\b/,
  /(?:\(\d{3}\)\s?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b/,
];

const passesLuhn = (number: string): boolean => {
  const digits = number.replace(/\D/g, "");
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const twice = Number(digits[digits.length - 1 - place]) * (place % 2 ? 2 : 1);
    sum += twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
};

export const looksPersonal = (text: string): boolean =>
  SIGNS.some((sign) => sign.test(text)) || (text.match(CARD) ?? []).some(passesLuhn);
