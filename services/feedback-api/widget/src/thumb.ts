// A thumb, drawn: fonts do not all have one.

const SVG = "http://www.w3.org/2000/svg";
const OUTLINE = "M3 10h4v11H3zM9 21V10l4-8c2 0 3 1.5 2.6 3.5L15 9h5.2c1.3 0 2.2 1.2 1.9 2.4l-2 8c-.2.9-1 1.6-2 1.6z";

export const thumb = (up: boolean): Node => {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("class", up ? "thumb" : "thumb down");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", OUTLINE);
  picture.append(path);
  return picture;
};
