// Whether a text looks as if it names a person: light signs for a hint; the server looks closely.

const CARD = /(?:\d[ -]?){13,19}/g;
const SIGNS = [
  /[^\s@]+@[^\s@]+\.[a-z]{2,}/i,
  /\b\d{3}[ -]\d{2}[ -]\d{4}\b/,
  /(?:\+|\b00)[1-9](?:[ ().-]?\d){7,14}\b/,
  /(?:\(\d{3}\)\s?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b/,
];

const passesLuhn = (number: string): boolean => {
  const digits = Array.from(number.replace(/\D/g, ""), Number).reverse();
  const sum = digits.reduce((total, digit, place) => {
    const twice = place % 2 ? digit * 2 : digit;
    return total + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
};

export const looksPersonal = (text: string): boolean =>
  SIGNS.some((sign) => sign.test(text)) || (text.match(CARD) ?? []).some(passesLuhn);
