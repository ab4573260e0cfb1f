// Going to a page by its address, "#name/argument". router.js shows it.

export const navigate = (address) => { location.hash = address; };
