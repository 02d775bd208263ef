/** Settings: keys that are declared once, the types of their values, and the specifications made of them. */
package io.fluxo.setting;
