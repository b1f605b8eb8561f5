import { createRoot } from "react-dom/client";

function App() {
  return <h1>It's React, served by nginx</h1>;
}

createRoot(document.getElementById("root")).render(<App />);
