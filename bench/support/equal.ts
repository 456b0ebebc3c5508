/** Largest relative excess over our objective at which a peer's counts as equal: what our certificates prove. */
export const EQUAL = 1e-6;
