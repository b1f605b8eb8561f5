library(plumber)

version <- "1"

#* A page.
#* @get /
#* @serializer text
function() {
  paste0("Hello from R, version ", version, "\n")
}
