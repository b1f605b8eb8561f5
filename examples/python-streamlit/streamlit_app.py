import streamlit as st

VERSION = "1"

st.set_page_config(page_title="Numbers")
st.title(f"Hello from Streamlit, version {VERSION}")
st.line_chart({"numbers": [1, 4, 9, 16]})
