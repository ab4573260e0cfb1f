// The author's pane in windows that have no room for three panes: a drawer over the list, so that the comment stays.
import { byId } from "../lib/dom.js";
import { emit } from "../lib/events.js";

export const isDrawerOpen = () => "drawer" in byId("panes").dataset;

const setDrawer = (isOpen) => {
  if (isOpen) byId("panes").dataset.drawer = "";
  else delete byId("panes").dataset.drawer;
  emit("drawer-toggled");
};

export const toggleDrawer = () => setDrawer(!isDrawerOpen());
export const closeDrawer = () => setDrawer(false);
