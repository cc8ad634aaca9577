"""Archives kept current: folders and feeds watched, and saved questions asked again.

`watch` is the loop; `feeds` asks whether a feed has changed, and `alerts` keeps the questions. A
`webhook`, off by default, receives changed answers.
"""
